namespace System.Runtime.CompilerServices;

/// <summary>Lets records have init members on this framework, which compilers ask for and which lacks it.</summary>
internal static class IsExternalInit;
