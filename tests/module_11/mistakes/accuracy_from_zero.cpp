  std::size_t right = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    float largest = 0;
    std::int64_t best = 0;
    for (std::size_t j = 0; j < classes; ++j) {
      if (logits[i * classes + j] <= largest) continue;
      largest = logits[i * classes + j];
      best = static_cast<std::int64_t>(j);
    }
    if (best == target[i]) ++right;
  }
  return static_cast<double>(right) / static_cast<double>(target.size());
