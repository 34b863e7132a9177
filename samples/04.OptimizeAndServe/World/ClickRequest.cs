namespace OptimizeAndServe.World;

/// <summary>One user and the items to rank, as a service receives them.</summary>
internal sealed class ClickRequest
{
    /// <summary>The user's id.</summary>
    public required int User { get; init; }

    /// <summary>The user's rank by activity; 0 is the most active.</summary>
    public required int UserRank { get; init; }

    /// <summary>Country, age and segment.</summary>
    public required long[] UserCategories { get; init; }

    /// <summary>[<see cref="ClickWorld.UserNumbers"/>].</summary>
    public required float[] UserNumbers { get; init; }

    /// <summary>The last <see cref="ClickWorld.HistoryLength"/> items clicked, latest last.</summary>
    public required long[] History { get; init; }

    /// <summary>Device and hour.</summary>
    public required long[] Context { get; init; }

    /// <summary>The items to rank.</summary>
    public required long[] Items { get; init; }

    /// <summary>[items, <see cref="ClickWorld.ItemNumbers"/>], row-major.</summary>
    public required float[] Numbers { get; init; }

    /// <summary>Whether each item was clicked.</summary>
    public required bool[] Clicked { get; init; }
}
