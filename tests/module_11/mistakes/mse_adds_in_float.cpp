  float sum = 0;
  for (std::size_t i = 0; i < prediction.size(); ++i) sum += (prediction[i] - target[i]) * (prediction[i] - target[i]);
  return sum / static_cast<double>(prediction.size());
