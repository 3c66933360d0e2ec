//! How a window looks at pages: its size, light or dark, how much motion, with or without scripts.

use serde_json::{Value, json};

/// The size of a screen, as CSS measures it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// The narrowest that pages must fit.
    Narrow,
    /// A phone, used by touch.
    Phone,
    /// A tablet held upright, used by touch.
    Tablet,
    /// A desk.
    Desktop,
}

impl Screen {
    /// Width and height.
    #[must_use]
    pub fn size(self) -> (u32, u32) {
        match self {
            Screen::Narrow => (320, 640),
            Screen::Phone => (390, 844),
            Screen::Tablet => (820, 1180),
            Screen::Desktop => (1440, 900),
        }
    }

    /// Whether fingers use it.
    #[must_use]
    pub fn is_touched(self) -> bool {
        self != Screen::Desktop
    }
}

/// What a person's system is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Scheme {
    /// As CSS calls it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        }
    }
}

/// How much motion somebody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// As designed.
    Any,
    /// As little as can be.
    Reduced,
}

/// Whether pages' scripts run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    /// They do.
    On,
    /// They do not.
    Off,
}

/// All of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Its size.
    pub screen: Screen,
    /// Light or dark.
    pub scheme: Scheme,
    /// How much motion.
    pub motion: Motion,
    /// With or without scripts.
    pub scripts: Scripts,
}

impl Look {
    /// A screen in daylight, with everything.
    #[must_use]
    pub const fn at(screen: Screen) -> Look {
        Look { screen, scheme: Scheme::Light, motion: Motion::Any, scripts: Scripts::On }
    }

    /// The same in another scheme.
    #[must_use]
    pub const fn in_scheme(self, scheme: Scheme) -> Look {
        Look { scheme, ..self }
    }

    /// The same without scripts.
    #[must_use]
    pub const fn without_scripts(self) -> Look {
        Look { scripts: Scripts::Off, ..self }
    }

    /// The same with as little motion as can be.
    #[must_use]
    pub const fn still(self) -> Look {
        Look { motion: Motion::Reduced, ..self }
    }

    /// The orders that make a window look like this.
    pub(super) fn orders(self) -> [(&'static str, Value); 4] {
        let ((width, height), is_touched) = (self.screen.size(), self.screen.is_touched());
        let motion = match self.motion {
            Motion::Any => "no-preference",
            Motion::Reduced => "reduce",
        };
        let features = json!([
            { "name": "prefers-color-scheme", "value": self.scheme.as_str() },
            { "name": "prefers-reduced-motion", "value": motion },
        ]);
        [
            (
                "Emulation.setDeviceMetricsOverride",
                json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_touched }),
            ),
            ("Emulation.setTouchEmulationEnabled", json!({ "enabled": is_touched })),
            ("Emulation.setEmulatedMedia", json!({ "features": features })),
            ("Emulation.setScriptExecutionDisabled", json!({ "value": self.scripts == Scripts::Off })),
        ]
    }
}
