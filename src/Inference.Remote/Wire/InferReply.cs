namespace Inference.Remote.Wire;

/// <summary>An answer.</summary>
/// <param name="Version">The version that answered; empty if the server does not say.</param>
/// <param name="Outputs">The outputs; the receiver owns them.</param>
internal sealed record InferReply(string Version, NamedValues Outputs);
