namespace Inference.AspNetCore.Protocol;

/// <summary>Why a request is not answered by a result.</summary>
internal enum FaultKind
{
    /// <summary>The request is malformed or does not fit the model.</summary>
    InvalidArgument,
    /// <summary>There is no such model, version or resource.</summary>
    NotFound,
    /// <summary>The body is larger than the limit.</summary>
    TooLarge,
    /// <summary>The body arrives too slowly.</summary>
    TooSlow,
    /// <summary>The body's coding is not known.</summary>
    UnsupportedCoding,
    /// <summary>The caller is not known.</summary>
    Unauthenticated,
    /// <summary>The caller may not do this.</summary>
    PermissionDenied,
    /// <summary>A queue or a budget is full.</summary>
    Overloaded,
    /// <summary>The model does not serve at present.</summary>
    Unavailable,
    /// <summary>The deadline passed.</summary>
    DeadlineExceeded,
    /// <summary>The caller went away.</summary>
    Cancelled,
    /// <summary>The server does not offer this.</summary>
    Unimplemented,
    /// <summary>The model failed.</summary>
    Internal,
}
