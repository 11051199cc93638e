//! What a frame of the dashboard costs: `cargo bench -p dashboards`. Every view at 200x60, of a picture as full as one
//! gets: ten minutes of seconds, journeys, failures, events. Beside stands what it takes to fill the same number of cells
//! with text, so that the machine is known. What counts is this process's own time on a core, so that others at work bend
//! it little. Fails where a frame takes more than 3 ms.

#![expect(clippy::print_stdout, reason = "a bench tells its numbers")]

mod picture;

use std::{
    cell::Cell,
    hint::black_box,
    io::{self, Write},
    process::ExitCode,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use dashboards::{Colours, Event, Key, Look, Model, Palette, ViewName, view};
use measure::snapshot::Snapshot;
use ratatui::{Terminal, backend::CrosstermBackend, buffer::Buffer, layout::Rect, style::Style};
use rustix::time::{ClockId, clock_gettime};

const SIZE: Rect = Rect::new(0, 0, 200, 60);
const FRAMES: u32 = 200;
const ROUNDS: usize = 5;
const MOST: Duration = Duration::from_millis(3);

fn main() -> ExitCode {
    let mut filled = Buffer::empty(SIZE);
    let line = "x".repeat(usize::from(SIZE.width));
    let fill = best(|| {
        filled.reset();
        for row in 0..SIZE.height {
            black_box(&mut filled).set_string(0, row, &line, Style::new());
        }
    });
    println!("200x60 filled with text: {fill:.2?}");
    println!("| view | drawn | times the filling | on the wire, a second later |\n|---|---|---|---|");
    let mut slow = Vec::new();
    for (name, key) in ViewName::ALL.into_iter().zip('1'..='6') {
        let mut model = model(picture::at(599));
        model.update(Event::Key(Key::Char(key)));
        let mut buffer = Buffer::empty(SIZE);
        let drawn = best(|| {
            buffer.reset();
            view(black_box(&model), SIZE, &mut buffer);
        });
        let ratio = drawn.as_secs_f64() / fill.as_secs_f64();
        let bytes = bytes_of_next(&mut model);
        println!("| {} | {drawn:.2?} | {ratio:.1} | {bytes} bytes |", name.word());
        if drawn > MOST {
            slow.push(name.word());
        }
    }
    if slow.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("more than {MOST:?} a frame: {}", slow.join(", "));
    ExitCode::FAILURE
}

fn model(picture: Snapshot) -> Model {
    let look = Look {
        colours: Colours::True,
        ascii: false,
        palette: Palette::Dark,
    };
    Model::new(Arc::new(picture), look.into())
}

/// What goes to the terminal when the picture of the next second is drawn over this one.
fn bytes_of_next(model: &mut Model) -> usize {
    let sent = Rc::new(Cell::new(0));
    let mut terminal = Terminal::with_options(
        CrosstermBackend::new(Wire(Rc::clone(&sent))),
        ratatui::TerminalOptions {
            viewport: ratatui::Viewport::Fixed(SIZE),
        },
    )
    .expect("a counter takes everything");
    let mut draw = |model: &Model| {
        terminal
            .draw(|frame| view(model, frame.area(), frame.buffer_mut()))
            .expect("a counter takes everything");
        sent.get()
    };
    let before = draw(model);
    model.update(Event::Snapshot(Arc::new(picture::at(600))));
    draw(model) - before
}

/// Counts what goes to the terminal.
struct Wire(Rc<Cell<usize>>);

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Time on a core for one of so many frames, the best of a few rounds: everything else the machine does only adds to it.
fn best(mut frame: impl FnMut()) -> Duration {
    let round = |_| {
        let before = on_a_core();
        for _ in 0..FRAMES {
            frame();
        }
        on_a_core().saturating_sub(before) / FRAMES
    };
    (0..ROUNDS).map(round).min().unwrap_or_default()
}

/// How long this process was on a core so far.
fn on_a_core() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::from_secs(seconds) + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or_default())
}
