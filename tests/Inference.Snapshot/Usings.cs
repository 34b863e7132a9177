global using Inference.Engine;
