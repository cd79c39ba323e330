  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double e = std::exp(-std::abs(static_cast<double>(logits[i])));
    dx[i] = static_cast<float>(grad * ((logits[i] < 0 ? e : 1) / (1 + e) - target[i]));
  }
