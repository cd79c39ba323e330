  double sum = 0;
  for (std::size_t i = 0; i < prediction.size(); ++i) {
    const float difference = prediction[i] - target[i];
    sum += difference * difference;
  }
  return sum / static_cast<double>(prediction.size());
