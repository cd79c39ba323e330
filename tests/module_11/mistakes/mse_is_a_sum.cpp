  double sum = 0;
  for (std::size_t i = 0; i < prediction.size(); ++i) {
    const double difference = static_cast<double>(prediction[i]) - target[i];
    sum += difference * difference;
  }
  return sum;
