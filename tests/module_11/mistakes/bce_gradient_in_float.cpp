  for (std::size_t i = 0; i < logits.size(); ++i) {
    const float e = std::exp(-std::abs(logits[i]));
    const float sigmoid = (logits[i] < 0 ? e : 1) / (1 + e);
    dx[i] = grad * (sigmoid - target[i]) / static_cast<float>(logits.size());
  }
