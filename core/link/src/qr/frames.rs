//! A camera held to a code, frame after frame, for apps that bring the planes of brightness themselves.

use super::engine;
use super::luma::Luma;
use super::read::{self, FrameError};
use super::second;

/// Every how many frames without a code the second look is taken.
const SECOND_LOOK_EVERY: u8 = 3;

/// Reads the frames of one camera session until one shows a code of ours.
///
/// Every frame gets the fast first look; of those that show nothing, every third also the slower second one, so
/// that the camera stays fluent and a hard code is still read (`docs/qr.md` states what each costs). Holds no
/// frame and no message between calls. `Send` and `Sync`; `feed` takes it alone, and blocks for as long as it
/// looks: call it on a thread of its own, and drop the frames that arrive meanwhile.
///
/// ```
/// use skilling_link::qr::{frames::FrameReader, luma::Luma};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut reader = FrameReader::new();
/// let plane = vec![200; 640 * 480]; // the Y plane of a frame
/// assert_eq!(reader.feed(Luma::new(&plane, 640, 480)?)?, None);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct FrameReader {
    without_code: u8,
}

impl FrameReader {
    /// For a camera that has just been opened.
    pub fn new() -> Self {
        Self::default()
    }

    /// The message of the one code with the prefix in this frame, `None` where there is none yet. Other codes are
    /// overlooked (protocol section 4).
    ///
    /// # Errors
    /// [`FrameError::SeveralCodes`] and [`FrameError::Text`] are worth telling the person who holds the camera;
    /// the next frame may be fed after any error.
    pub fn feed(&mut self, frame: Luma<'_>) -> Result<Option<Vec<u8>>, FrameError> {
        let look = engine::look(frame)?;
        let found = read::one_message(&look.texts)?;
        if found.is_some() {
            self.without_code = 0;
            return Ok(found);
        }
        self.without_code = self.without_code.saturating_add(1);
        if self.without_code < SECOND_LOOK_EVERY {
            return Ok(None);
        }
        self.without_code = 0;
        read::one_message(&second::look_again(frame, look)?)
    }
}
