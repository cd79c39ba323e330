  std::vector<std::int64_t> result(target.size(), 0);
  std::copy(strides.begin(), strides.end(), result.end() - static_cast<std::ptrdiff_t>(strides.size()));
  return result;
