  Floats h = parts.attention(x);
  for (std::size_t i = 0; i < x.size(); ++i) h[i] += x[i];
  h = parts.attention_norm(h);
  Floats y = parts.feed_forward(h);
  for (std::size_t i = 0; i < x.size(); ++i) y[i] += h[i];
  return parts.feed_forward_norm(y);
