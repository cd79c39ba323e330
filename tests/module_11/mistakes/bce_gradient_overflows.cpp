  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double e = std::exp(static_cast<double>(logits[i]));
    dx[i] = static_cast<float>(grad * (e / (1 + e) - target[i]) / static_cast<double>(logits.size()));
  }
