//! Commands people type, and the ones only admins have.

use crate::{
    app::inbox::sealed_token,
    bot::{Handled, Here, incoming::What},
    domain::admin::AdminCommand,
};

/// A command, without its slash.
#[derive(Clone, Debug)]
pub struct Command {
    name: String,
    arguments: String,
}

pub fn command(what: What) -> Option<Command> {
    match what {
        // A token is taken up as one, whatever stands before it.
        What::Command { arguments, .. } if sealed_token(&arguments).is_some() => None,
        What::Command { name, arguments, .. } => Some(Command { name, arguments }),
        _ => None,
    }
}

pub async fn obey(here: Here, command: Command) -> Handled {
    let Here { app, event, sender, tapped } = here;
    match command.name.as_str() {
        "start" => app.start(&event, &sender, &command.arguments).await?,
        "menu" | "home" => app.show_home(&event, &sender, tapped).await?,
        "claws" | "status" => app.show_claws(&event, &sender, tapped).await?,
        "hatch" => app.hatch(&event, &sender, tapped).await?,
        "help" => app.help(&event, &sender, tapped).await?,
        "language" => app.show_languages(&event, &sender, tapped).await?,
        "settings" => app.show_settings(&event, &sender, tapped).await?,
        "cancel" => app.cancel(&event, &sender, tapped).await?,
        "delete_my_data" => app.ask_forget(&event, &sender, tapped).await?,
        name => match AdminCommand::parse(name, &command.arguments) {
            Some(read) => app.command(&event, &sender, name, read).await?,
            None => app.not_understood(&event, &sender).await?,
        },
    }
    Ok(None)
}
