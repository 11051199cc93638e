use super::*;

fn shown(source: &str, problem: Problem) -> String {
    render(&Problems::new("a.yaml", source, vec![problem]), false)
}

#[test]
fn a_problem_shows_its_line_and_its_relatives() {
    let source = "name: a\nseed: 1\nseed: 2\n";
    let problem = Problem::new("duplicate_key", Span::new(16, 20), "the key `seed` stands here twice")
        .label("again here")
        .related(Span::new(8, 12), "first here")
        .help("keep one\nof them");
    insta::assert_snapshot!(shown(source, problem), @r#"
    error[duplicate_key]: the key `seed` stands here twice
     --> a.yaml:3:1
      |
    3 | seed: 2
      | ^^^^ again here
     ::: a.yaml:2:1
      |
    2 | seed: 1
      | ---- first here
      = help: keep one
              of them

    a.yaml: 1 problem
    "#);
}

#[test]
fn columns_line_up_under_wide_characters_and_tabs() {
    let source = "\tabout: 宽字 x: y\n";
    let at = source.find("x:").unwrap();
    insta::assert_snapshot!(shown(source, Problem::new("syntax", Span::new(at, at + 1), "no")), @r#"
    error[syntax]: no
     --> a.yaml:1:12
      |
    1 |     about: 宽字 x: y
      |                 ^

    a.yaml: 1 problem
    "#);
}

#[test]
fn long_lines_are_cut_around_the_mark() {
    let source = format!("{}HERE{}", "a".repeat(500), "b".repeat(500));
    insta::assert_snapshot!(shown(&source, Problem::new("syntax", Span::new(500, 504), "no")), @r#"
    error[syntax]: no
     --> a.yaml:1:501
      |
    1 | …aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaHEREbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…
      |                                          ^^^^

    a.yaml: 1 problem
    "#);
}

#[test]
fn any_span_of_any_text_is_shown() {
    let sources = [
        "",
        "\n",
        "\r\n",
        "a",
        "a\r\nb\rc\nd",
        "宽\u{1f600}\u{301}\t\u{1b}[2J\u{202e}x",
        &"宽".repeat(200),
    ];
    for source in sources {
        for start in 0..=source.len() + 2 {
            for length in [0, 1, 3, 200] {
                let text = shown(source, Problem::new("x", Span::new(start, start + length), "m\u{7}"));
                assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}', '\r']), "{text:?}");
            }
        }
    }
}

#[test]
fn lines_end_as_in_yaml() {
    let problems = Problems::new(
        "a.yaml",
        "a\r\nb\rc\n宽d",
        vec![Problem::new("x", Span::default(), "m")],
    );
    for (offset, line, column) in [
        (0, 1, 1),
        (1, 1, 2),
        (3, 2, 1),
        (5, 3, 1),
        (7, 4, 1),
        (10, 4, 2),
        (11, 4, 3),
        (99, 4, 3),
    ] {
        let place = problems.place(offset);
        assert_eq!((place.line, place.column), (line, column), "byte {offset}");
    }
}
