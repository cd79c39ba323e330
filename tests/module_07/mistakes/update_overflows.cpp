  const double weight = std::exp(score);
  running.largest = std::max(running.largest, score);
  running.sum += weight;
  for (double& each : running.values) each += weight * *value++;
