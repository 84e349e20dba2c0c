//! `parity approve`: the reference's answers of a run become the snapshots that later runs are compared with.

use std::path::{Path, PathBuf};

use envparity_model::Problem;
use envparity_orchestrator::{Approval, ApproveRequest, Approving, approve, find_run};

use crate::args::{ApproveArgs, Common};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{output, settings};

/// Approves.
pub(crate) fn execute(common: &Common, args: &ApproveArgs) -> Result<Exit, Failure> {
    let base = settings::base(common);
    let run = find_run(&base, &args.run).map_err(Failure::usage)?;
    let configured = settings::load(common, Vec::new()).ok().and_then(|settings| {
        let baseline = settings.resolved.config.compare.baseline?;
        Some(settings.base.join(baseline))
    });
    let request = ApproveRequest {
        run,
        baseline: args.baseline.clone().or(configured),
        base,
        only: args.only.clone(),
        pending: args.pending,
        prune: args.prune,
    };
    let approval = approve(&request).map_err(Failure::unreachable)?;
    if approval.cases.is_empty() {
        let problem = Problem::new("no case of this run is selected");
        return Err(Failure::One(
            Exit::Nothing,
            problem.hint("`--only` is a glob over case ids: `*` within a segment, `**` across"),
        ));
    }
    output::result(&words(&approval, args));
    let refused = approval.cases.iter().filter(|(_, done)| matches!(done, Approving::Refused(_)));
    Ok(if refused.count() > 0 { Exit::Report(3) } else { Exit::Done })
}

/// Cases and stale files that are named one by one.
const NAMED: usize = 20;

fn words(approval: &Approval, args: &ApproveArgs) -> String {
    let mut lines = Vec::new();
    for (place, done) in &approval.cases {
        match done {
            Approving::New => lines.push(format!("new         {}", place.id)),
            Approving::Changed => lines.push(format!("changed     {}", place.id)),
            Approving::Refused(why) => lines.push(format!("refused     {}   {why}", place.id)),
            Approving::Unchanged => {}
        }
    }
    let stale = if args.prune { "deleted" } else { "stale" };
    lines.extend(approval.stale.iter().map(|file| format!("{stale:<11} {file}")));
    let more = lines.len().saturating_sub(NAMED);
    lines.truncate(NAMED);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.push(summary(approval, args));
    if args.prune && approval.partial {
        lines.push(
            "note        not every case was looked at, so nothing is pruned: approve a run of all cases"
                .to_owned(),
        );
    }
    if approval.uncontrolled {
        lines.push(
            "note        the reference was sampled once: what differs by nature stands as it was".to_owned(),
        );
    }
    lines.push(String::new());
    let shown: Vec<String> = lines.iter().map(|line| envparity_report::visible(line).into_owned()).collect();
    shown.join("\n")
}

/// `23 approved: 2 new, 21 unchanged   snapshots`, or what waits for a decision.
fn summary(approval: &Approval, args: &ApproveArgs) -> String {
    let count = |wanted: fn(&Approving) -> bool| approval.cases.iter().filter(|(_, d)| wanted(d)).count();
    let list = |parts: &[(usize, &str)]| {
        let said = parts.iter().filter(|(number, _)| *number > 0);
        said.map(|(number, what)| format!("{number} {what}")).collect::<Vec<_>>().join(", ")
    };
    let new = count(|done| *done == Approving::New);
    let changed = count(|done| *done == Approving::Changed);
    let unchanged = count(|done| *done == Approving::Unchanged);
    let rest = [
        (count(|done| matches!(done, Approving::Refused(_))), "refused"),
        (approval.stale.len(), if args.prune { "deleted" } else { "stale" }),
    ];
    let (first, parts) = if args.pending {
        (format!("{} pending", new + changed), list(&[(new, "new"), (changed, "changed")]))
    } else {
        let parts = list(&[(new, "new"), (changed, "changed"), (unchanged, "unchanged")]);
        (format!("{} approved", new + changed + unchanged), parts)
    };
    let first = if parts.is_empty() { first } else { format!("{first} ({parts})") };
    let stand = if args.pending { unchanged } else { 0 };
    let all: Vec<String> = std::iter::once(first)
        .chain([list(&[(stand, "unchanged")]), list(&rest)].into_iter().filter(|said| !said.is_empty()))
        .collect();
    let ending = if args.pending && new + changed > 0 { "   next: cargo insta review" } else { "" };
    format!("{}   {}{ending}", all.join(", "), near(&approval.folder).display())
}

fn near(folder: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let near = folder.strip_prefix(&here).unwrap_or(folder);
    near.strip_prefix(".").unwrap_or(near).to_owned()
}
