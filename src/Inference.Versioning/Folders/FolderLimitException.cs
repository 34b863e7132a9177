namespace Inference.Versioning.Folders;

/// <summary>A version's directory exceeds a limit. The version is set aside; the others are not affected.</summary>
/// <param name="message">What was expected, and what was found.</param>
internal sealed class FolderLimitException(string message) : Exception(message);
