"""Pure fitting code: frames in, frames out.

Nothing here opens a database or a file, reads the clock or prints, so that every
estimator can be tested on a frame made by hand and judged by its numbers alone.
"""
