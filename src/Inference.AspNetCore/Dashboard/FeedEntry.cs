namespace Inference.AspNetCore.Dashboard;

/// <summary>What the overview tells of a model.</summary>
/// <param name="Model">The model.</param>
/// <param name="Json">An object, in UTF-8 without line ends.</param>
/// <param name="Changed">The tick of its last change.</param>
internal sealed record FeedEntry(string Model, byte[] Json, long Changed);
