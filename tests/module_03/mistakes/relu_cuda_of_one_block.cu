const int i = static_cast<int>(threadIdx.x);
if (i < n) y[i] = x[i] < 0 ? 0 : x[i];
