namespace Inference.Hosting;

/// <summary>One registered model; the list of them is in the service collection.</summary>
internal sealed record ModelRegistration(string Name, ModelBuilder Builder);
