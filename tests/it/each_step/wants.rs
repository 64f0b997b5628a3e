//! What a person, an admin or the clock wants that needs the infra: how each comes about, and what has to be there first.

use clawhatch::domain::time::{HOUR, MINUTE};

use super::{Run, admin};

/// Something a person, an admin or the clock wants, that needs the infra.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Want {
    Hatch,
    ChangeModel,
    ChangePeople,
    NewToken,
    OtherBot,
    Pause,
    Wake,
    /// The time is over.
    Sleep,
    /// An admin gives time to one who sleeps.
    WakeByGrant,
    Delete,
    TakenAway,
    Forget,
    /// A model the infra will not run: back to the one before.
    HealBack,
}

impl Run<'_> {
    /// Everything before the step, in fine weather.
    pub async fn prepares(&self, want: Want) {
        let (ann, w) = (&self.someone, self.world());
        let first = format!("helper_{}_bot", self.number);
        if want == Want::Hatch {
            let token = ann.makes_bot("Helper", &first);
            return ann.prepares(&token).await;
        }
        ann.hatches(&first).await;
        match want {
            Want::Wake => self.pauses().await,
            Want::WakeByGrant => {
                w.pass(49 * HOUR).await;
                let admin = admin(w);
                admin.says(&format!("/provision {} 365", ann.id)).await;
                admin.says("a friend of the house").await;
            }
            Want::TakenAway => {
                let admin = admin(w);
                admin.says(&format!("/deprovision {}", ann.id)).await;
                admin.says("a friend of the house").await;
            }
            Want::OtherBot | Want::NewToken => {
                let token = match want {
                    Want::OtherBot => ann.makes_bot("Other", &format!("other_{}_bot", self.number)),
                    _ => {
                        let bot = w.telegram.bot_by_username(&first).expect("the bot").id;
                        w.telegram.revoke_token(bot).expect("a new token")
                    }
                };
                ann.opens_card().await;
                ann.taps("new token").await;
                ann.says(&token).await;
                ann.taps("Use this bot").await;
            }
            Want::Hatch
            | Want::ChangeModel
            | Want::ChangePeople
            | Want::Pause
            | Want::Sleep
            | Want::Delete
            | Want::Forget
            | Want::HealBack => {}
        }
    }

    async fn pauses(&self) {
        self.someone.opens_card().await;
        self.someone.taps("Pause it").await;
        self.someone.taps("Pause it, memory").await;
    }

    /// The step itself.
    pub async fn does(&self, want: Want) {
        let (ann, w) = (&self.someone, self.world());
        let admin = admin(w);
        match want {
            Want::Hatch => ann.taps("Start 48").await,
            Want::ChangeModel | Want::HealBack => {
                ann.opens_card().await;
                ann.taps("Change model").await;
                ann.taps(if want == Want::HealBack { "GPT-5.2" } else { "Claude Sonnet" }).await;
                ann.taps("Change model, memory").await;
            }
            Want::ChangePeople => {
                ann.opens_card().await;
                ann.taps("Change people").await;
                ann.taps("Add a person").await;
                ann.says("424242").await;
                ann.taps("Save the list").await;
                ann.taps("Change people, memory").await;
            }
            Want::NewToken | Want::OtherBot => ann.taps("Use this token").await,
            Want::Pause => self.pauses().await,
            Want::Wake => {
                ann.opens_card().await;
                ann.taps("Wake it up").await;
            }
            Want::Sleep => w.pass(49 * HOUR).await,
            Want::WakeByGrant => admin.taps("Give ").await,
            Want::TakenAway => admin.taps("Take down").await,
            Want::Delete => {
                ann.opens_card().await;
                ann.taps("Delete this claw").await;
                ann.taps("Delete it").await;
                w.pass(11 * MINUTE).await;
            }
            Want::Forget => {
                ann.says("/delete_my_data").await;
                ann.taps("Delete my data and my claw").await;
            }
        }
    }
}
