"""What a service refuses, as exceptions; each message is a French sentence for the person."""


class ServiceError(Exception):
    """A write was refused; ``str(error)`` says why and what to do, in French."""


class NotAllowed(ServiceError):
    """The person does not hold the right (checked again under the lock)."""


class WrongState(ServiceError):
    """The object has moved on: the action does not apply to its present state."""
