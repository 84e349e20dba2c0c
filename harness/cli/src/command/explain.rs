//! `parity explain`: the culprits of what an earlier run found.

use crate::args::{Common, ExplainArgs, Keep, OutputArgs};
use crate::command::run::{conclude, print, request_of, selection};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::settings;

/// Explains.
pub(crate) async fn execute(common: &Common, args: ExplainArgs) -> Result<Exit, Failure> {
    let settings = settings::load(common, settings::overrides(&args.set, &[])?)?;
    let folder = envparity_orchestrator::find_run(&settings.base, &args.run).map_err(Failure::usage)?;
    let output = OutputArgs { explain: true, report: args.report, output: args.output, keep: Keep::Never };
    let selection = selection(&args.select, Some(&settings))?;
    let request = request_of(settings, selection, &output, false)?;
    let progress = Progress::new(common.quiet);
    let finished = envparity_orchestrator::explain_run(request, &folder, &|event| progress.show(event)).await;
    progress.finish();
    let finished = finished?;
    print(common, &finished, output.output);
    conclude(&finished)
}
