  for (int i = 0; i < s.queries; ++i) {
    for (int j = std::max(i + s.offset, 0); j < s.keys; ++j) scores[i * s.keys + j] = -INFINITY;
  }
