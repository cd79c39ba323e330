  const double largest = std::max(running.largest, score);
  const double shrink = std::exp(running.largest - largest), weight = std::exp(score - largest);
  running.largest = largest;
  running.sum = running.sum * shrink + weight;
  for (double& each : running.values) each = weight * *value++;
