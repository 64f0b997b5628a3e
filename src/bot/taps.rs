//! Buttons: each tap is one use case.

use std::sync::Arc;

use crate::{
    app::{App, Event, Pressed, Sender, Tapped},
    bot::{Handled, Here, incoming::What},
    domain::{
        tap::{Tap, TendTap},
        wizard::Purpose,
    },
};

/// What a pressed button carries.
#[derive(Clone, Debug)]
pub struct Data(String);

pub fn tap(what: What) -> Option<Data> {
    match what {
        What::Tap { data, .. } => Some(Data(data)),
        _ => None,
    }
}

pub async fn press(here: Here, data: Data) -> Handled {
    let Here { app, event, sender, tapped } = here;
    let tap = match app.read_tap(sender.id, &data.0) {
        Pressed::Ours(tap) => tap,
        Pressed::Old => return app.old_tap(&event, &sender, tapped).await,
        Pressed::Forged => return app.forged_tap(&event, &sender).await,
    };
    let (event, sender) = (&event, &sender);
    match tap {
        Tap::Home => app.show_home(event, sender, tapped).await?,
        Tap::HowItWorks => app.explain(event, sender, tapped).await?,
        Tap::Help => app.help(event, sender, tapped).await?,
        Tap::Languages => app.show_languages(event, sender, tapped).await?,
        Tap::SetLanguage(locale) => return app.set_language(event, sender, tapped, locale).await,
        Tap::Settings => app.show_settings(event, sender, tapped).await?,
        Tap::AskZone => app.ask_zone(event, sender, tapped).await?,
        Tap::SetZone(choice) => return app.pick_zone(event, sender, tapped, choice).await,
        Tap::Hatch => app.hatch(event, sender, tapped).await?,
        Tap::AgreeToTerms(version) => app.agree(event, sender, tapped, version).await?,
        Tap::BotStep => app.choose_bot(event, sender, tapped).await?,
        Tap::HaveToken(purpose) => app.ask_token(event, sender, tapped, purpose).await?,
        Tap::UseBot(purpose, bot) => app.use_bot(event, sender, tapped, purpose, bot).await?,
        Tap::Models { purpose, page } => app.show_models(event, sender, tapped, purpose, page).await?,
        Tap::PickModel { purpose: Purpose::Hatch, index, fingerprint } => {
            app.pick_model(event, sender, tapped, index, fingerprint).await?;
        }
        Tap::PickModel { purpose: Purpose::Claw(claw), index, fingerprint } => {
            app.ask_model(event, sender, tapped, claw, index, fingerprint).await?;
        }
        Tap::AddPerson(purpose) => return app.ask_person(event, sender, tapped, purpose).await,
        Tap::RemovePerson(purpose, id) => return app.remove_person(event, sender, tapped, purpose, id).await,
        Tap::PeopleDone(Purpose::Hatch) => app.people_done(event, sender, tapped).await?,
        Tap::PeopleDone(Purpose::Claw(claw)) => app.ask_people(event, sender, tapped, claw).await?,
        Tap::Start(shown) => return app.begin_hatching(event, sender, tapped, shown).await,
        Tap::AskAdmin => app.ask_admin(event, sender, tapped).await?,
        Tap::LeaveLine => app.leave_line(event, sender, tapped).await?,
        Tap::Back => app.back(event, sender, tapped).await?,
        Tap::Cancel => app.cancel(event, sender, tapped).await?,
        Tap::Claws => app.show_claws(event, sender, tapped).await?,
        Tap::Card(claw) => app.show_card(event, sender, tapped, claw).await?,
        Tap::People(claw) => app.show_people(event, sender, tapped, claw).await?,
        Tap::AskPause(claw) => app.ask_pause(event, sender, tapped, claw).await?,
        Tap::Pause { claw, drawn } => return app.pause(event, sender, tapped, claw, drawn).await,
        Tap::Resume(claw) => return app.resume(event, sender, tapped, claw).await,
        Tap::Rename(claw) => app.ask_title(event, sender, tapped, claw).await?,
        Tap::NewToken(claw) => app.ask_token(event, sender, tapped, Purpose::Claw(claw)).await?,
        Tap::ApplyModel { claw, index, fingerprint, drawn } => {
            return app.apply_model(event, sender, tapped, claw, (index, fingerprint), drawn).await;
        }
        Tap::ApplyPeople { claw, drawn, shown } => {
            return app.apply_people(event, sender, tapped, claw, drawn, shown).await;
        }
        Tap::ApplyBot { claw, drawn, shown } => return app.apply_bot(event, sender, tapped, claw, drawn, shown).await,
        Tap::AskDelete(claw) => app.ask_delete(event, sender, tapped, claw).await?,
        Tap::Delete { claw, drawn } => return app.delete(event, sender, tapped, claw, drawn).await,
        Tap::Undo(claw) => return app.undo(event, sender, tapped, claw).await,
        Tap::Tend(tap) => {
            // In a box of its own: the frames of all use cases together would be too much for one stack.
            return Box::pin(tend(Arc::clone(&app), event.clone(), sender.clone(), tapped, tap)).await;
        }
        Tap::AskForget => app.ask_forget(event, sender, tapped).await?,
        Tap::Forget { drawn, shown } => return app.forget(event, sender, tapped, drawn, shown).await,
        Tap::Confirm(id, shown) => return app.confirm(event, sender, id, shown).await,
        Tap::Withdraw(id) => return app.withdraw(event, sender, id).await,
        Tap::Fleet { page } => return app.turn_fleet(event, sender, tapped, page).await,
        Tap::AdminDeprovision(claw) => app.pick_deprovision(event, sender, claw).await?,
    }
    Ok(None)
}

/// A claw that runs.
async fn tend(app: Arc<App>, event: Event, sender: Sender, tapped: Tapped, tap: TendTap) -> Handled {
    let (event, sender) = (&event, &sender);
    match tap {
        TendTap::Restart(claw) => return Box::pin(app.restart_claw(event, sender, tapped, claw)).await,
        TendTap::Devices(claw) => Box::pin(app.show_devices(event, sender, tapped, claw)).await?,
        TendTap::LetIn(device) => return Box::pin(app.answer_device(event, sender, tapped, device, true)).await,
        TendTap::TurnAway(device) => return Box::pin(app.answer_device(event, sender, tapped, device, false)).await,
        TendTap::Backups(claw) => Box::pin(app.show_backups(event, sender, tapped, claw)).await?,
        TendTap::BackUp(claw) => return Box::pin(app.back_up(event, sender, tapped, claw)).await,
        TendTap::AskRestore { claw, backup } => return Box::pin(app.ask_restore(event, sender, tapped, claw, backup)).await,
        TendTap::Restore { operation, drawn } => return Box::pin(app.restore(event, sender, tapped, operation, drawn)).await,
        TendTap::Logs(claw) => Box::pin(app.show_logs(event, sender, tapped, claw)).await?,
    }
    Ok(None)
}
