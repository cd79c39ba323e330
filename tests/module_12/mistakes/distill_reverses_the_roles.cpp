  if (labels.empty()) return 0;
  const std::size_t classes = student.size() / labels.size();
  const auto log_softmax = [](std::span<const float> logits, double temperature) {
    const double largest = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const float logit : logits) sum += std::exp((logit - largest) / temperature);
    std::vector<double> result;
    for (const float logit : logits) result.push_back((logit - largest) / temperature - std::log(sum));
    return result;
  };
  const double rows = static_cast<double>(labels.size()), t = options.temperature;
  const double soft = options.soft / rows, hard = (1 - options.soft) / rows;
  double loss = 0;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const std::span<const float> logits = student.subspan(row * classes, classes);
    const std::vector<double> targets = log_softmax(teacher.subspan(row * classes, classes), t),
                              softened = log_softmax(logits, t), plain = log_softmax(logits, 1);
    const auto label = static_cast<std::size_t>(labels[row]);
    loss -= hard * plain[label];
    for (std::size_t i = 0; i < classes; ++i) {
      const double p = std::exp(targets[i]), right = i == label ? 1 : 0;
      if (p != 0) loss -= soft * t * t * std::exp(softened[i]) * targets[i];
      gradient[row * classes + i] = static_cast<float>(soft * t * (std::exp(softened[i]) - p) + hard * (std::exp(plain[i]) - right));
    }
  }
  return loss;
