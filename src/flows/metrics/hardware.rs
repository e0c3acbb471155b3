//! The hardware security module, where the settings name one.

use prometheus_client::metrics::gauge::Gauge;

use super::{Metrics, Recorder, gauged};
use crate::flows::hardware::{Measures, ModuleStanding};

#[derive(Debug, Default)]
pub(super) struct HardwareModule {
    queue: Gauge,
    up: Gauge,
}

impl HardwareModule {
    fn new(recorder: &mut Recorder, measures: &Measures) -> Self {
        recorder.register(
            "hardware_signature_duration_seconds",
            "Signatures of the hardware module, from the wish to the verified signature",
            measures.signatures.clone(),
        );
        recorder.register(
            "hardware_signature_failures",
            "Signatures that the hardware module did not make, by reason",
            measures.failures.clone(),
        );
        Self {
            queue: recorder.begin("hardware_queue", "What waits for the hardware module"),
            up: recorder.begin("hardware_up", "Whether the hardware module can be used: 1, or 0"),
        }
    }
}

impl Metrics {
    /// With what a hardware module counts.
    pub fn of_a_module(self, measures: &Measures) -> Self {
        let mut recorder = Recorder { registry: self.registry, names: self.names };
        let hardware = HardwareModule::new(&mut recorder, measures);
        let Recorder { registry, names } = recorder;
        Self { registry, names, hardware, ..self }
    }

    /// How the hardware module stands at this moment.
    pub fn hardware(&self, waiting: usize, standing: ModuleStanding) {
        self.hardware.queue.set(gauged(waiting as u64));
        self.hardware.up.set(i64::from(matches!(standing, ModuleStanding::Up | ModuleStanding::Late)));
    }
}
