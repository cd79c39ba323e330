  for (std::size_t i = 0; i < prediction.size(); ++i)
    dx[i] = grad * (prediction[i] - target[i]) / static_cast<float>(prediction.size());
