export { ColleaguesService } from './colleagues.service.js';
export { JoiningService } from './joining.service.js';
export { StaffErasureService } from './staff-erasure.service.js';
export { StaffRepository } from './staff.repository.js';
export { StaffApiModule, StaffModule } from './staff.module.js';
