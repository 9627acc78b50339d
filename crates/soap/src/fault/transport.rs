use super::{Fault, FaultCode, Texts};

/// Why a call was refused before its message could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportFault {
    /// The body is larger than the limit, as sent or unpacked.
    BodyTooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The body did not come in time.
    BodyTooSlow {
        /// The limit, in seconds.
        seconds: u64,
    },
    /// A `Content-Encoding` that is not read.
    UnsupportedEncoding,
    /// A body that is not the gzip it says it is.
    BadGzip,
    /// More calls than can be served.
    Overloaded,
    /// The bodies of all calls take all the memory that they may.
    NoRoom,
    /// More calls at once than one caller may make.
    TooManyCallsAtOnce {
        /// The limit.
        calls: u32,
    },
    /// More calls in a second than one caller may make.
    TooManyCallsASecond {
        /// The limit.
        calls: u32,
    },
    /// A defect of the service.
    Internal,
}

impl TransportFault {
    /// What the log adds to what the caller is told: the setting that decides.
    fn private(self) -> Option<String> {
        Some(match self {
            Self::BodyTooLarge { limit } => format!(
                "the body is larger than the {limit} bytes of max_body_bytes, as sent or unpacked"
            ),
            Self::BodyTooSlow { seconds } => {
                format!("the body did not come within the {seconds} seconds of body_timeout")
            }
            Self::UnsupportedEncoding | Self::BadGzip => return None,
            Self::Overloaded => {
                "as many calls as max_calls allows are under way; allow more, or spread them over more nodes".to_owned()
            }
            Self::NoRoom => {
                "the bodies of all calls together take max_buffered_bytes; allow more, or fewer calls at once".to_owned()
            }
            Self::TooManyCallsAtOnce { calls } => format!(
                "the caller has more than {calls} calls under way; client_calls may allow more"
            ),
            Self::TooManyCallsASecond { calls } => format!(
                "the caller makes more than {calls} calls a second over time; client_rate and client_burst may allow more"
            ),
            Self::Internal => "a panic, of which another line tells".to_owned(),
        })
    }
}

impl From<TransportFault> for Fault {
    fn from(fault: TransportFault) -> Self {
        Self { private: fault.private(), ..told(fault) }
    }
}

fn told(fault: TransportFault) -> Fault {
    match fault {
        TransportFault::BodyTooLarge { limit } => Fault::new(
            FaultCode::Malformed,
            Some(Texts::new(
                format!(
                    "Its body is larger than the {limit} bytes that this service reads, as sent or unpacked."
                ),
                format!(
                    "De body is groter dan de {limit} bytes die deze dienst leest, zoals verzonden of uitgepakt."
                ),
                format!(
                    "Son corps dépasse les {limit} octets que ce service lit, tel qu'envoyé ou décompressé."
                ),
                format!(
                    "Ihr Body ist größer als die {limit} Bytes, die dieser Dienst liest, wie gesendet oder entpackt."
                ),
            )),
        ),
        TransportFault::BodyTooSlow { seconds } => Fault::new(
            FaultCode::Malformed,
            Some(Texts::new(
                format!("Its body did not arrive within {seconds} seconds."),
                format!("De body kwam niet binnen {seconds} seconden aan."),
                format!("Son corps n'est pas arrivé en {seconds} secondes."),
                format!("Ihr Body kam nicht binnen {seconds} Sekunden an."),
            )),
        ),
        TransportFault::UnsupportedEncoding => Fault::new(
            FaultCode::Malformed,
            Some(Texts::new(
                "Of Content-Encoding this service reads gzip and identity.",
                "Van Content-Encoding leest deze dienst gzip en identity.",
                "De Content-Encoding, ce service lit gzip et identity.",
                "Von Content-Encoding liest dieser Dienst gzip und identity.",
            )),
        ),
        TransportFault::BadGzip => Fault::new(
            FaultCode::Malformed,
            Some(Texts::new(
                "Its body is not the gzip that Content-Encoding says.",
                "De body is niet de gzip die Content-Encoding aankondigt.",
                "Son corps n'est pas le gzip que Content-Encoding annonce.",
                "Ihr Body ist nicht das gzip, das Content-Encoding angibt.",
            )),
        ),
        TransportFault::Overloaded | TransportFault::NoRoom => {
            Fault::new(FaultCode::TemporarilyNotAvailable, None)
        }
        TransportFault::TooManyCallsAtOnce { calls } => Fault::new(
            FaultCode::TemporarilyNotAvailable,
            Some(Texts::new(
                format!("One caller may make {calls} calls at once."),
                format!("Eén oproeper mag {calls} oproepen tegelijk doen."),
                format!("Un appelant peut faire {calls} appels à la fois."),
                format!("Ein Aufrufer darf {calls} Aufrufe gleichzeitig machen."),
            )),
        ),
        TransportFault::TooManyCallsASecond { calls } => Fault::new(
            FaultCode::TemporarilyNotAvailable,
            Some(Texts::new(
                format!("One caller may make {calls} calls a second over time."),
                format!("Eén oproeper mag over de tijd {calls} oproepen per seconde doen."),
                format!("Un appelant peut faire {calls} appels par seconde dans la durée."),
                format!("Ein Aufrufer darf auf Dauer {calls} Aufrufe je Sekunde machen."),
            )),
        ),
        TransportFault::Internal => Fault::new(FaultCode::ServiceError, None),
    }
}
