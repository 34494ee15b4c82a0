//! Wire format and rules of the Skilling offline payment protocol: no I/O, no clock, no_std.
