  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double e = std::exp(-std::abs(static_cast<double>(logits[i])));
    const double s = (logits[i] < 0 ? e : 1) / (1 + e);
    dx[i] = static_cast<float>(grad * (s - target[i]) * s * (1 - s) / static_cast<double>(logits.size()));
  }
