/// @file
/// The exceptions that tacet throws. Every message says what is wrong, where, and what to do.
#pragma once

#include <stdexcept>
#include <string>

namespace tacet {

/// Base of everything that tacet throws on purpose. The tool prints `what()` and exits with 1.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A request that makes no sense as asked: a malformed head SPEC, a head, position, token id or
/// option value out of range, options that contradict each other. The tool exits with 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// A prompt that cannot be used: empty, too short, longer than the model's positions, not UTF-8.
class InputError : public Error {
 public:
  using Error::Error;
};

/// Model or tokenizer files that are missing, damaged, inconsistent or not supported.
class ModelError : public Error {
 public:
  using Error::Error;
};

/// Numbers that leave the range in which the experiment is defined: NaN or infinity in a state, a
/// token state of zero norm.
class NumericError : public Error {
 public:
  using Error::Error;
};

/// An output that could not be written.
class OutputError : public Error {
 public:
  using Error::Error;
};

}  // namespace tacet
