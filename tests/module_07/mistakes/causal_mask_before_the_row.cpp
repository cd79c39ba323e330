  for (int i = 0; i < s.queries; ++i) {
    for (int j = i + s.offset + 1 == 0 ? 1 : i + s.offset + 1; j < s.keys; ++j) scores[i * s.keys + j] = -INFINITY;
  }
