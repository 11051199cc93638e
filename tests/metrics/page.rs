//! A strict reader of OpenMetrics pages: it takes what the standard allows and we write, and nothing else.
//! <https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md>

use std::collections::{BTreeMap, BTreeSet};

/// Labels of a sample.
pub(crate) type Labels = BTreeMap<String, String>;

/// A page: families by name.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Each family once.
    pub(crate) families: BTreeMap<String, Family>,
}

/// What belongs to one name.
#[derive(Debug, Default)]
pub(crate) struct Family {
    kind: String,
    has_help: bool,
    unit: Option<String>,
    /// In the order of the page.
    pub(crate) samples: Vec<Sample>,
}

/// One line with a number.
#[derive(Debug, PartialEq)]
pub(crate) struct Sample {
    /// Its name, suffix and all.
    pub(crate) name: String,
    /// Its labels.
    pub(crate) labels: Labels,
    /// Its number.
    pub(crate) value: f64,
}

impl Page {
    /// Reads a page.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let body = text
            .strip_suffix("# EOF\n")
            .ok_or("the page does not end with `# EOF`")?;
        let mut page = Self::default();
        let mut current = String::new();
        for (number, line) in body.lines().enumerate() {
            let read = match line.strip_prefix("# ") {
                Some(told) => page.metadata(told, &mut current),
                None => page.sample(line, &current),
            };
            read.map_err(|error| format!("line {}: {error}: {line}", number + 1))?;
        }
        for (name, family) in &page.families {
            family.check(name).map_err(|error| format!("{name}: {error}"))?;
        }
        Ok(page)
    }

    /// Every sample of this name.
    pub(crate) fn samples<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p Sample> {
        let all = self.families.values().flat_map(|family| &family.samples);
        all.filter(move |sample| sample.name == name)
    }

    /// The sum of the samples of this name that bear these labels.
    pub(crate) fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let bears = |sample: &&Sample| {
            let mut labels = labels.iter();
            labels.all(|(label, value)| sample.labels.get(*label).is_some_and(|found| found == value))
        };
        self.samples(name).filter(bears).map(|sample| sample.value).sum()
    }

    /// Families that neither `used` names nor `excepted` excuses; and excuses for what is used, or is not there.
    pub(crate) fn unused(&self, used: &BTreeSet<String>, excepted: &[(&str, &str)]) -> Vec<String> {
        let is_used = |family: &Family| family.samples.iter().any(|sample| used.contains(&sample.name));
        let excused = |name: &str| excepted.iter().any(|(excepted, _)| *excepted == name);
        let wrong = |(name, family): (&String, &Family)| (is_used(family) == excused(name)).then(|| name.clone());
        let unknown = excepted.iter().filter(|(name, _)| !self.families.contains_key(*name));
        let mut found: Vec<String> = self.families.iter().filter_map(wrong).collect();
        found.extend(unknown.map(|(name, _)| (*name).to_owned()));
        found
    }

    /// Families whose name stands nowhere in a text.
    pub(crate) fn undocumented(&self, text: &str) -> Vec<&str> {
        let is_told = |family: &Family| {
            let mut names = family.samples.iter().map(|sample| sample.name.as_str());
            names.any(|name| text.contains(&format!("`{name}`")))
        };
        let untold = |(name, family): &(&String, &Family)| !text.contains(&format!("`{name}`")) && !is_told(family);
        let families = self.families.iter().filter(untold);
        families.map(|(name, _)| name.as_str()).collect()
    }

    fn metadata(&mut self, told: &str, current: &mut String) -> Result<(), String> {
        let mut words = told.splitn(3, ' ');
        let (Some(what), Some(name), Some(rest)) = (words.next(), words.next(), words.next()) else {
            return Err("metadata has three parts".to_owned());
        };
        if name != current {
            if self.families.contains_key(name) {
                return Err(format!("`{name}` comes twice, or with others in between"));
            }
            check_name(name)?;
            name.clone_into(current);
        }
        let family = self.families.entry(name.to_owned()).or_default();
        if !family.samples.is_empty() {
            return Err("metadata after a sample".to_owned());
        }
        let is_new = match what {
            "HELP" => !std::mem::replace(&mut family.has_help, true) && rest.len() > 1,
            "TYPE" => std::mem::replace(&mut family.kind, rest.to_owned()).is_empty(),
            "UNIT" => family.unit.replace(rest.to_owned()).is_none(),
            other => return Err(format!("`{other}` is no metadata")),
        };
        if is_new {
            Ok(())
        } else {
            Err(format!("`{what}` is empty or comes twice"))
        }
    }

    fn sample(&mut self, line: &str, current: &str) -> Result<(), String> {
        let end = line.find(['{', ' ']).ok_or("no number")?;
        let (name, rest) = line.split_at(end);
        let (labels, number) = match rest.strip_prefix('{') {
            Some(rest) => read_labels(rest)?,
            None => (Labels::new(), rest),
        };
        let number = number.strip_prefix(' ').ok_or("one blank before the number")?;
        let value = match number {
            "NaN" => f64::NAN,
            "+Inf" | "inf" => f64::INFINITY,
            number => number.parse().map_err(|_| "no number")?,
        };
        let family = self.families.get_mut(current).ok_or("a sample before its TYPE")?;
        let suffix = name.strip_prefix(current).ok_or("a sample of another family")?;
        if !family.suffixes().contains(&suffix) {
            return Err(format!("`{suffix}` is no suffix of a {}", family.kind));
        }
        family.samples.push(Sample {
            name: name.to_owned(),
            labels,
            value,
        });
        Ok(())
    }
}

impl Family {
    fn suffixes(&self) -> &'static [&'static str] {
        match self.kind.as_str() {
            "counter" => &["_total"],
            "gauge" | "stateset" => &[""],
            "histogram" => &["_bucket", "_sum", "_count"],
            "info" => &["_info"],
            _ => &[],
        }
    }

    fn check(&self, name: &str) -> Result<(), String> {
        if self.kind.is_empty() || !self.has_help {
            return Err("it lacks TYPE or HELP".to_owned());
        }
        if let Some(unit) = &self.unit
            && !name.ends_with(&format!("_{unit}"))
        {
            return Err(format!("its name does not end in its unit, {unit}"));
        }
        let mut seen = BTreeSet::new();
        for sample in &self.samples {
            if !seen.insert((&sample.name, &sample.labels)) {
                return Err(format!("{sample:?} comes twice"));
            }
            let is_right = match self.kind.as_str() {
                "counter" => sample.value >= 0.0 && sample.value.is_finite(),
                "info" => sample.value == 1.0,
                "stateset" => (sample.value == 0.0 || sample.value == 1.0) && sample.labels.contains_key(name),
                _ => true,
            };
            if !is_right {
                return Err(format!("{sample:?} is no sample of a {}", self.kind));
            }
        }
        if self.kind == "histogram" {
            self.check_buckets(name)?;
        }
        Ok(())
    }

    /// Buckets rise with their borders, the last holds everything, and a sum comes with a count or not at all.
    fn check_buckets(&self, name: &str) -> Result<(), String> {
        let of = |suffix: &str| {
            let named = format!("{name}{suffix}");
            let samples = self.samples.iter().filter(move |sample| sample.name == named);
            samples
                .map(|sample| (&sample.labels, sample.value))
                .collect::<BTreeMap<_, _>>()
        };
        let (counts, sums) = (of("_count"), of("_sum"));
        if !counts.keys().eq(sums.keys()) {
            return Err("a sum without a count, or a count without a sum".to_owned());
        }
        let mut series = BTreeMap::<Labels, Vec<(f64, f64)>>::new();
        for (labels, value) in of("_bucket") {
            let mut labels = labels.clone();
            let border = labels.remove("le").ok_or("a bucket without its border")?;
            let border = match border.as_str() {
                "+Inf" => f64::INFINITY,
                border => border.parse().map_err(|_| "a border that is no number")?,
            };
            series.entry(labels).or_default().push((border, value));
        }
        for (labels, buckets) in &mut series {
            buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
            let rises = buckets
                .windows(2)
                .all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
            let last = buckets.last().filter(|last| last.0.is_infinite());
            let all = counts.get(labels).copied();
            if !rises || last.is_none_or(|last| all.is_some_and(|all| all != last.1)) {
                return Err(format!("buckets {buckets:?} of {labels:?}, count {all:?}"));
            }
        }
        match counts.keys().find(|labels| !series.contains_key(**labels)) {
            Some(labels) => Err(format!("{labels:?} has a count and no buckets")),
            None => Ok(()),
        }
    }
}

fn check_name(name: &str) -> Result<(), String> {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(is_word) {
        Ok(())
    } else {
        Err(format!("`{name}` is no name of ours"))
    }
}

/// Labels up to the closing brace, and what follows it.
fn read_labels(text: &str) -> Result<(Labels, &str), String> {
    let mut labels = Labels::new();
    let mut rest = text;
    loop {
        let (name, after) = rest.split_once("=\"").ok_or("a label has a value in quotes")?;
        check_name(name)?;
        let (value, after) = read_value(after)?;
        if labels.insert(name.to_owned(), value).is_some() {
            return Err(format!("label `{name}` comes twice"));
        }
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None => return Ok((labels, after.strip_prefix('}').ok_or("labels without an end")?)),
        }
    }
}

/// A value up to its closing quote, and what follows it.
fn read_value(text: &str) -> Result<(String, &str), String> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Ok((value, &text[at + 1..])),
            '\\' => match letters.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
                _ => return Err("an escape that is none".to_owned()),
            },
            other => value.push(other),
        }
    }
    Err("a value without an end".to_owned())
}
