const float inner = 0.7978846F * (x + 0.044715F * x * x * x);
return x / 2 * (1 + std::tanh(inner));
