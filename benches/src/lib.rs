//! Measurements, printed as ratios.
