//! What a district of a story demands of its own security. A demo is let off most of it; here it is not, so that every door
//! can be tried.

use super::{PASSWORD, Place, settings};
use whistle_hub::app::Hub;
use whistle_hub::config::{Profile, SecondFactor};
use whistle_hub::run::setup::{self, Surroundings};

impl Place {
    /// The same where these must have a second factor.
    pub(crate) fn demanding(self, of: SecondFactor) -> Place {
        self.security.borrow_mut().second_factor = Some(of);
        self
    }

    /// The same as assessors want it, but for the second factors.
    pub(crate) fn assessed(self) -> Place {
        self.security.borrow_mut().profile = Profile::Dengbao3;
        self
    }

    /// The hub on it.
    pub(super) async fn hub(&self, around: Surroundings) -> Hub {
        let mut hub = setup::demo(&settings(self), PASSWORD, around).await.unwrap();
        hub.demands.password_days = self.security.borrow().password_days(false);
        hub
    }
}
