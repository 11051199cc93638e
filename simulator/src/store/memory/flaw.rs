//! Lines of a statement that are wrong on purpose: what a merchant who reconciles must find. The books know nothing of it.

use std::collections::BTreeMap;

use ledger::{Line, LineKind, Money, OrderId, OrderNumber};
use scenarios::StatementBreak;

/// The orders whose lines are broken, and how.
pub(super) type Flaws = BTreeMap<OrderId, StatementBreak>;

/// A statement's lines as they are shown. A flaw shows at the line by which its order moved the balance first; only a
/// missing one takes that of a withdrawal's failure with it.
pub(super) fn shown(lines: Vec<Line>, flaws: &Flaws) -> Vec<Line> {
    if flaws.is_empty() {
        return lines;
    }
    let broken = |line: Line| -> [Option<Line>; 2] {
        let Some(flaw) = flaws.get(&line.order_id) else {
            return [Some(line), None];
        };
        let is_first = match line.kind {
            LineKind::Deposit | LineKind::Withdrawal => true,
            LineKind::WithdrawalFailed | LineKind::DepositFailed => false,
        };
        if !is_first && *flaw != StatementBreak::Missing {
            return [Some(line), None];
        }
        match flaw {
            StatementBreak::Missing => [None, None],
            StatementBreak::Extra => [Some(line.clone()), Some(nobodys(line))],
            StatementBreak::Duplicate => [Some(line.clone()), Some(line)],
            StatementBreak::Amount => [Some(another_amount(line)), None],
            StatementBreak::Status => [Some(another_status(line)), None],
        }
    };
    lines.into_iter().flat_map(broken).flatten().collect()
}

/// The same of an order that nobody opened. Its id is the complement of the other's, so that no second order has it; like
/// every order without a number of the merchant's it has its id as one.
fn nobodys(line: Line) -> Line {
    let order_id = OrderId(line.order_id.0.map(|byte| !byte));
    Line {
        number: OrderNumber::parse(&order_id.to_string()).unwrap_or(line.number),
        order_id,
        ..line
    }
}

/// A cent less, or a cent more where there is no more than that; net follows, as in every line.
fn another_amount(line: Line) -> Line {
    let coin = line.amount.coin();
    let cent = 10_i64.pow(coin.scale() - 2);
    let was = line.amount.minor();
    let change = if was.abs() > cent { -cent } else { cent };
    let changed = |minor: i64| Money::new(minor.saturating_add(change * was.signum()), coin);
    Line {
        amount: changed(was),
        net: changed(line.net.minor()),
        ..line
    }
}

/// As failed what went well.
fn another_status(line: Line) -> Line {
    let kind = match line.kind {
        LineKind::Deposit => LineKind::DepositFailed,
        LineKind::Withdrawal => LineKind::WithdrawalFailed,
        LineKind::DepositFailed => LineKind::Deposit,
        LineKind::WithdrawalFailed => LineKind::Withdrawal,
    };
    Line { kind, ..line }
}
