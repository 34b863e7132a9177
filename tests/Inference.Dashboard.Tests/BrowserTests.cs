namespace Inference.Dashboard.Tests;

/// <summary>Tests that share one browser, one after another.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<SharedBrowser>
{
    public const string Name = "browser";
}
