namespace OptimizeAndServe.Training;

/// <summary>The widths of a network that ranks items for a user.</summary>
/// <param name="ItemWidth">The width of an item's embedding.</param>
/// <param name="CategoryWidth">The width of a category's embedding.</param>
/// <param name="History">The layers over each click of the history; if empty, the embeddings are pooled directly.</param>
/// <param name="UserIdWidth">The width of the user id's embedding; 0: the id is not used.</param>
/// <param name="SmallWidth">The width of the embeddings of country, age, segment, device and hour.</param>
/// <param name="UserHidden">The width of the layer over all features of the user.</param>
/// <param name="Interests">The number of user vectors that are multiplied by the item's.</param>
/// <param name="Product">Whether the first interest and the item are also multiplied element by element.</param>
/// <param name="Top">The hidden layers over user and item.</param>
internal sealed record NetworkShape(
    int ItemWidth, int CategoryWidth, int[] History, int UserIdWidth, int SmallWidth, int UserHidden, int Interests, bool Product, int[] Top)
{
    /// <summary>The ranker: 44 million multiply-adds for 100 items, 70 % of them for the user.</summary>
    public static NetworkShape Ranker { get; } = new(64, 16, [1024, 512], 32, 8, 256, 2, true, [384, 192]);

    /// <summary>The first stage of the cascade: the same architecture with a hundredth of the work.</summary>
    public static NetworkShape FirstStage { get; } = new(24, 8, [], 8, 4, 64, 2, false, [64]);

    /// <summary>The width of item and category, as in the history.</summary>
    public int ClickWidth => ItemWidth + CategoryWidth;

    /// <summary>The width of the element-wise product.</summary>
    public int ProductWidth => Product ? ClickWidth : 0;

    /// <summary>The width of the pooled history.</summary>
    public int PooledWidth => History.Length > 0 ? History[^1] : ClickWidth;
}
