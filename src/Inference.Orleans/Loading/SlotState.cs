namespace Inference.Orleans.Loading;

/// <summary>What a slot does with calls.</summary>
internal enum SlotState
{
    /// <summary>The model is not loaded; a call loads it.</summary>
    Empty,

    /// <summary>The model is being loaded; calls wait.</summary>
    Loading,

    /// <summary>The model is loaded; calls run.</summary>
    Loaded,

    /// <summary>The model is unloaded when its calls have ended; new calls wait, and load it again.</summary>
    Leaving,
}
