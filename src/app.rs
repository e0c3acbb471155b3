//! Puts the house together from the settings.
