//! `parity record`: one environment, recorded without a comparison.

use crate::args::{Common, Keep, Output, OutputArgs, RecordArgs};
use crate::command::run::{run, selection};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings;
use envparity_model::Problem;

/// Records.
pub(crate) async fn execute(common: &Common, args: RecordArgs) -> Result<Exit, Failure> {
    let mut settings = settings::load(common, Vec::new())?;
    let config = &mut settings.resolved.config;
    if config.environment(&args.environment).is_none() {
        let known: Vec<&str> =
            config.environments.iter().map(|environment| environment.name.as_str()).collect();
        return Err(Failure::usage(
            Problem::new(format!("unknown environment `{}`", args.environment))
                .hint(format!("the environments are `{}`", known.join("`, `"))),
        ));
    }
    settings.supplier = config.environment(&config.compare.reference).cloned();
    config.compare.reference.clone_from(&args.environment);
    config.compare.candidates.clear();
    let output = OutputArgs { explain: false, report: Vec::new(), output: Output::Text, keep: Keep::Never };
    let selection = selection(&args.select, Some(&settings))?;
    run(common, settings, selection, &output, true).await
}
