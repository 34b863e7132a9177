namespace Inference.Caching.SecondLevel;

/// <summary>The key of a unit in the cache outside, and the salt it holds under.</summary>
internal sealed record SecondLevelKey(byte[] Salt, string Text);
