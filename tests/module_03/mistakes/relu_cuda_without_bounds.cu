const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
y[i] = x[i] < 0 ? 0 : x[i];
