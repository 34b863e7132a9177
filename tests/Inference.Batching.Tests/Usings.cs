global using Inference.Batching.Batches;
global using Inference.Batching.Control;
global using Inference.Batching.Diagnostics;
global using Inference.Batching.Execution;
global using Inference.Batching.Queue;
global using Inference.Batching.Scheduling;
